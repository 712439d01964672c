package history

// Store is store, for codes that tests make by hand.
var Store = store
