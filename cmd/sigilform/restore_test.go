package main

import (
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/sigilgate/sigilform/internal/etcdtest"
)

// heartbeats is how much a cluster has seen before a script begins with it.
const heartbeats = 50

// restorable are the servers of the scripts whose snapshots can be restored, by
// their endpoints.
type restorable struct {
	t       *testing.T
	servers map[string]*etcdtest.Server
}

// start starts a server that has been in use, and keeps its endpoint in a
// variable.
func (r *restorable) start(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, neg, len(args) == 1, "restorable VARIABLE")
	tb := scriptTB{r.t, ts}
	s := etcdtest.StartHere(tb)
	for i := range heartbeats {
		s.Put(tb, "/others/heartbeat", strconv.Itoa(i))
	}
	r.keep(ts, args[0], s)
}

func (r *restorable) keep(ts *testscript.TestScript, variable string, s *etcdtest.Server) {
	r.servers[s.Endpoint()] = s
	ts.Setenv(variable, s.Endpoint())
}

// backup saves a snapshot of a server to a file.
func (r *restorable) backup(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, neg, len(args) == 2 && r.servers[args[0]] != nil, "backup ENDPOINT FILE")
	r.servers[args[0]].Snapshot(scriptTB{r.t, ts}, ts.MkAbs(args[1]))
}

// restore runs another server from a snapshot of one, and keeps its endpoint in
// a variable. It is another cluster, or with "same" the same one by its id.
func (r *restorable) restore(ts *testscript.TestScript, neg bool, args []string) {
	ok := len(args) == 3 || len(args) == 4 && args[3] == "same"
	need(ts, neg, ok && r.servers[args[0]] != nil, "restore ENDPOINT FILE VARIABLE [same]")
	r.keep(ts, args[2], r.servers[args[0]].Restore(scriptTB{r.t, ts}, ts.MkAbs(args[1]), len(args) == 4))
}
