package wallet

// CheapSeals makes sealing quick for the tests of this process.
func CheapSeals() { testOnlyWork = 4 }
