package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"sync"

	"github.com/rogpeppe/go-internal/testscript"
)

// hook FILE [CODE...] starts a receiver of webhooks at $HOOK. It answers with
// one code after the other, then with 204, and adds each request to a file.
func cmdHook(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, neg, len(args) >= 1, "hook FILE [CODE...]")
	codes := make([]int, 0, len(args))
	for _, text := range args[1:] {
		code, err := strconv.Atoi(text)
		ts.Check(err)
		codes = append(codes, code)
	}
	name := ts.MkAbs(args[0])
	ts.Check(os.WriteFile(name, nil, 0o600))
	var mu sync.Mutex
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		code := http.StatusNoContent
		if len(codes) > 0 {
			code, codes = codes[0], codes[1:]
		}
		if err := note(name, r, code); err != nil {
			code = http.StatusNotAcceptable
		}
		w.WriteHeader(code)
	}))
	ts.Defer(s.Close)
	ts.Setenv("HOOK", s.URL)
}

// note adds a request to a file.
func note(name string, r *http.Request, code int) error {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return fmt.Errorf("read the request: %w", err)
	}
	f, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("note the request: %w", err)
	}
	defer f.Close() //nolint:errcheck // the script reads what is there
	if _, err = fmt.Fprintf(f, "%d %s %s\n", code, r.Header.Get("X-Sigilform-Signature-256"), body); err != nil {
		return fmt.Errorf("note the request: %w", err)
	}
	return nil
}

// cmdFreeAddress sets a variable to an address on which nobody listens.
func cmdFreeAddress(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, neg, len(args) == 1, "freeaddress VAR")
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	ts.Setenv(args[0], l.Addr().String())
	ts.Check(l.Close())
}

// cmdFetch writes what is at a URL to a file.
func cmdFetch(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, neg, len(args) == 2, "fetch URL FILE")
	r, err := http.Get(args[0])
	ts.Check(err)
	defer r.Body.Close() //nolint:errcheck // only read
	body, err := io.ReadAll(r.Body)
	ts.Check(err)
	if r.StatusCode != http.StatusOK {
		ts.Fatalf("%s: %s", args[0], r.Status)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), body, 0o600))
}
