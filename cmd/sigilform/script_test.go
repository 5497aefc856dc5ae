package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/sigilgate/sigilform/internal/etcdtest"
)

var update = flag.Bool("update", false, "write the expected files of the scripts anew")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"sigilform": main, larger: largerMain, verbProgram: verbMain})
}

// TestScripts runs the scripts over the real program: with the embedded
// server, or where SIGILFORM_TEST_ETCD names an etcd, with a server of that
// program for each script.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: filepath.Join("..", "..", "testdata", "script"), UpdateScripts: *update,
		RequireExplicitExec: true, RequireUniqueNames: true,
		Setup:     func(env *testscript.Env) error { return setUp(t.Context(), env) },
		Condition: condition(t),
		Cmds:      commands(t),
	})
}

// condition is what scripts ask of the server that they run on.
func condition(t *testing.T) func(name string) (bool, error) {
	t.Helper()
	return func(name string) (bool, error) {
		switch name {
		case "embedded":
			return foreignEtcd() == "", nil
		case "foreign":
			return foreignEtcd() != "", nil
		case "acl":
			return foreignEtcd() == "" || etcdtest.Start(t).TellsAuthRevision(t), nil
		}
		return false, fmt.Errorf("the condition %q is not known", name)
	}
}

// commands are those that scripts have beside testscript's own.
func commands(t *testing.T) map[string]func(*testscript.TestScript, bool, []string) {
	t.Helper()
	h := newHints(t)
	out := map[string]func(*testscript.TestScript, bool, []string){
		"cluster": cmdCluster(t), "tlscluster": tlsCluster(t, false), "opencluster": tlsCluster(t, true), "lostquorum": lostQuorum(t), "hostile": cmdHostile, "killwhen": cmdKillWhen(t), "auth": cmdAuth, "as": cmdAs,
		"hold": cmdHold, "release": cmdRelease, "code": h.after(cmdCode), "signalat": cmdSignalAt, "large": cmdLarge, "awaitfile": cmdAwaitFile, "hook": cmdHook, "freeaddress": cmdFreeAddress, "fetch": cmdFetch,
		"collector": cmdCollector, "spans": cmdSpans, "logged": cmdLogged, "within": h.after(cmdWithin),
		"beside": cmdBeside, "end": cmdEnd, "awaittext": cmdAwaitText,
		"keeplock": cmdKeepLock,
	}
	r := &restorable{t: t, servers: map[string]*etcdtest.Server{}}
	out["restorable"], out["backup"], out["restore"] = r.start, r.backup, r.restore
	for name := range verbs() {
		out[name] = runVerb(name)
	}
	return out
}

// foreignEtcd is the program that is used instead of the embedded server.
func foreignEtcd() string { return os.Getenv("SIGILFORM_TEST_ETCD") }

// setUp gives a script an environment of its own, without anything that tells
// where a cluster is, and a fresh server where it does not use the embedded one.
func setUp(ctx context.Context, env *testscript.Env) error {
	env.Values[holdKey{}] = &holding{}
	env.Values[collectorKey{}] = &collector{}
	env.Values[runningKey{}] = map[string]*exec.Cmd{}
	env.Vars = append(env.Vars, "USER=tester", "SIGILFORM_ACTOR=tester@example.net", "ETCDCTL_API=3", "SIGILFORM_TIMEOUT=20s")
	program := foreignEtcd()
	if program == "" {
		return nil
	}
	endpoint, stop, err := startForeign(ctx, program, filepath.Join(env.WorkDir, ".etcd"))
	if err != nil {
		return err
	}
	env.Defer(stop)
	env.Vars = append(env.Vars, "SIGILFORM_ENDPOINTS="+endpoint)
	return nil
}

// holdKey finds what a script holds.
type holdKey struct{}

// fields is a text for a message, one word a field.
func fields(args []string) string { return strings.Join(args, " ") }
