// Package veil shortens private values in texts: what identifies a device or a
// person is shown by its first characters. It knows the values that it is told,
// wherever they occur, and the UUIDs of keys by their form.
//
// It refuses to hide secrets: of those not even a beginning is shown, which is
// another room's task.
package veil
