// Package export writes HCL: the canonical form of a file that is there.
//
//	core "ams" {             core "ams" {
//	ip="203.0.113.1"    ──>    ip     = "203.0.113.1"
//	  status =  "active"       status = "active"
//	}                        }
//
// It refuses to change what a file means: comments, the order of blocks and the
// text of strings stay. It refuses to touch a file that does not parse, and to
// read or write files itself.
package export
