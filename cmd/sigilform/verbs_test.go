package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
	clientv3 "go.etcd.io/etcd/client/v3"
)

// A verb does to a server what other programs of a network do, and returns
// what it read.
type verb func(ctx context.Context, c *clientv3.Client, neg bool, args []string) (string, error)

func verbs() map[string]verb {
	return map[string]verb{"put": put, "del": del, "get": get, "keys": keys, "dump": dump, "revision": revision}
}

// errUsage is the error for wrong arguments of a verb.
var errUsage = errors.New("wrong usage")

// put KEY [VALUE] writes a key.
func put(ctx context.Context, c *clientv3.Client, neg bool, args []string) (string, error) {
	if neg || len(args) < 1 {
		return "", errUsage
	}
	_, err := c.Put(ctx, args[0], fields(args[1:]))
	return "", err
}

// del KEY removes a key, del PREFIX/ all keys below it.
func del(ctx context.Context, c *clientv3.Client, neg bool, args []string) (string, error) {
	if neg || len(args) != 1 {
		return "", errUsage
	}
	var opts []clientv3.OpOption
	if strings.HasSuffix(args[0], "/") {
		opts = append(opts, clientv3.WithPrefix())
	}
	_, err := c.Delete(ctx, args[0], opts...)
	return "", err
}

// get KEY [VALUE] checks the value of a key, ! get KEY that it does not exist.
func get(ctx context.Context, c *clientv3.Client, neg bool, args []string) (string, error) {
	if len(args) < 1 || neg && len(args) != 1 {
		return "", errUsage
	}
	r, err := c.Get(ctx, args[0])
	switch {
	case err != nil:
		return "", err
	case neg && len(r.Kvs) > 0:
		return "", fmt.Errorf("%s exists: %q", args[0], r.Kvs[0].GetValue())
	case neg:
		return "", nil
	case len(r.Kvs) == 0:
		return "", fmt.Errorf("%s does not exist", args[0])
	case string(r.Kvs[0].GetValue()) != fields(args[1:]):
		return "", fmt.Errorf("%s is %q, want %q", args[0], r.Kvs[0].GetValue(), fields(args[1:]))
	}
	return "", nil
}

// keys PREFIX [COUNT] checks how many keys there are, ! keys PREFIX that there are none.
func keys(ctx context.Context, c *clientv3.Client, neg bool, args []string) (string, error) {
	if len(args) < 1 || len(args) > 2 || neg && len(args) != 1 {
		return "", errUsage
	}
	r, err := c.Get(ctx, args[0], clientv3.WithPrefix(), clientv3.WithKeysOnly())
	if err != nil {
		return "", err
	}
	found := make([]string, 0, len(r.Kvs))
	for _, kv := range r.Kvs {
		found = append(found, string(kv.GetKey()))
	}
	if neg == (len(found) > 0) || len(args) == 2 && strconv.Itoa(len(found)) != args[1] {
		return "", fmt.Errorf("%d keys below %s:\n%s", len(found), args[0], strings.Join(found, "\n"))
	}
	return "", nil
}

// dump PREFIX FILE writes all keys with values and revisions to a file.
func dump(ctx context.Context, c *clientv3.Client, neg bool, args []string) (string, error) {
	if neg || len(args) != 2 {
		return "", errUsage
	}
	r, err := c.Get(ctx, args[0], clientv3.WithPrefix())
	if err != nil {
		return "", err
	}
	var b strings.Builder
	for _, kv := range r.Kvs {
		fmt.Fprintf(&b, "%s %q %d %d\n", kv.GetKey(), kv.GetValue(), kv.GetCreateRevision(), kv.GetModRevision())
	}
	return b.String(), nil
}

// revision VARIABLE keeps the cluster's revision in a variable.
func revision(ctx context.Context, c *clientv3.Client, neg bool, args []string) (string, error) {
	if neg || len(args) != 1 {
		return "", errUsage
	}
	r, err := c.Get(ctx, "revision", clientv3.WithCountOnly())
	if err != nil {
		return "", err
	}
	return strconv.FormatInt(r.Header.GetRevision(), 10), nil
}

// runVerb is a verb as a command of scripts.
func runVerb(name string) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, neg bool, args []string) {
		text, err := onServer(ts, name, neg, args)
		ts.Check(err)
		switch name {
		case "dump":
			ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(text), 0o600))
		case "revision":
			ts.Setenv(args[0], text)
		}
	}
}

// need ends a script whose command has wrong arguments.
func need(ts *testscript.TestScript, neg, ok bool, usage string) {
	if neg || !ok {
		ts.Fatalf("usage: %s", usage)
	}
}
