package jcs

// AppendNumber is for the table of RFC 8785, which gives numbers by their bits.
var AppendNumber = appendNumber
