// Package diag holds diagnostics: what is wrong with an input, where, why, and
// what to do about it. A diagnostic is plain data that prints as JSON.
//
// It refuses to print for people (render does) and to read source files
// (config attaches the source lines, masked). The idea of diagnostics as a
// leaf package that everything may return is OpenTofu's internal/tfdiags.
package diag
