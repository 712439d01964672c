package keys

// LowerWork makes sealing quick in tests.
func LowerWork() { testOnlyWork = 8 }
