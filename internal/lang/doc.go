// Package lang is the expression language of a configuration: the types that
// objects have in it, the functions, for_each and count, type constraints, and
// what a reference refers to.
//
//	core.pool["ams"].ip        a reference, read without evaluating it
//	core.ams                   an object: its plain attributes and its identity
//	file("users.csv")          a function: pure, and bound to the root folder
//
// It refuses to read files of a configuration and to know its blocks: config
// does that. No function here reads a clock, the network or a random source.
package lang
