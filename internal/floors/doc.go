// Package floors holds the architecture: it is a test over all packages of the
// module. Each package has a floor, imports only packages of strictly lower
// floors, and has only the outside imports that its room may have. The table
// of rooms is in rooms_test.go; docs/ARCHITECTURE.md shows it as a picture.
//
// It refuses exceptions: a wall that stands wrong is moved in the table, with a
// record of why in docs/adr.
package floors
