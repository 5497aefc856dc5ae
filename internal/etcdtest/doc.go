// Package etcdtest gives tests real etcd servers: one member, a cluster of
// three, a cluster of processes that can be killed and paused, proxies that
// delay, lose and cut, and faults around a store at named instants.
//
// It refuses to imitate etcd: what a test sees is what a server does. The
// servers keep their data in the test's folder without fsync, unless asked for,
// and are gone when the test ends.
package etcdtest
