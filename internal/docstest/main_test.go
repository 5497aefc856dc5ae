package docstest

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
	"go.uber.org/zap"
)

// TestMain lets this binary stand in for etcdctl, for machines that have Go
// alone: the server that it writes to is real.
func TestMain(m *testing.M) {
	if filepath.Base(os.Args[0]) == "etcdctl" {
		if err := etcdctl(os.Args[1:]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(inFolder(m))
}

// folder holds what is built once for all tests.
var folder string

func inFolder(m *testing.M) int {
	var err error
	if folder, err = os.MkdirTemp("", "docstest"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(folder) //nolint:errcheck // a folder of temporary files
	return m.Run()
}

// etcdctl does `--endpoints E put KEY VALUE`.
func etcdctl(args []string) error {
	flags := flag.NewFlagSet("etcdctl", flag.ContinueOnError)
	endpoints := flags.String("endpoints", "", "")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() != 3 || flags.Arg(0) != "put" {
		return fmt.Errorf("this stand-in for etcdctl can only put, not %q", flags.Args())
	}
	client, err := clientv3.New(clientv3.Config{Endpoints: strings.Split(*endpoints, ","), Logger: zap.NewNop()})
	if err != nil {
		return err
	}
	defer client.Close() //nolint:errcheck // a process that ends
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if _, err := client.Put(ctx, flags.Arg(1), flags.Arg(2)); err != nil {
		return err
	}
	_, err = fmt.Fprintln(os.Stdout, "OK")
	return err
}

// tools is a folder with an etcdctl: the machine's, or this binary.
func tools(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	program, err := exec.LookPath("etcdctl")
	if err != nil {
		if program, err = os.Executable(); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(program, filepath.Join(dir, "etcdctl")); err != nil {
		t.Fatal(err)
	}
	return dir
}

// clean is the environment without anything that tells sigilform or etcdctl
// where a cluster is.
func clean(path string) []string {
	var env []string
	for _, e := range os.Environ() {
		if !strings.HasPrefix(e, "SIGILFORM_") && !strings.HasPrefix(e, "ETCDCTL_") && !strings.HasPrefix(e, "PATH=") {
			env = append(env, e)
		}
	}
	return append(env, "SIGILFORM_ACTOR=you@host", "ETCDCTL_API=3", "NO_COLOR=1", "PATH="+path+string(os.PathListSeparator)+os.Getenv("PATH"))
}
