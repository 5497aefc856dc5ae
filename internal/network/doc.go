// Package network is the typed model of a proxy network: cells, Core and Entry
// nodes, routes, users with devices, and ACL. It normalises values, checks them
// and their cross references, and answers questions over the graph of nodes.
//
// It knows no HCL and no keys, and refuses to read anything: a finding names
// the address and attribute that it is about, and config adds the place in a
// file.
package network
