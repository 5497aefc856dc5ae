package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"github.com/sigilgate/sigilform/internal/engine"
	"github.com/sigilgate/sigilform/internal/failure"
	"github.com/sigilgate/sigilform/internal/fault"
)

// yes is the only answer that approves.
const yes = "yes"

// confirm asks at the terminal, and refuses to guess without one. saves is what
// saves the plan instead, empty where nothing does.
func (a *app) confirm(ctx context.Context, question, saves string) error {
	to, done, ok := a.conversation()
	if !ok || a.isJSON() || a.machine {
		hint := "use --auto-approve where there is no terminal"
		if saves != "" {
			hint += ", or save a plan with " + saves + " and apply that"
		}
		return &failure.Failure{Code: failure.NotApproved, Summary: "Nobody was asked, and nothing was written", Hint: hint}
	}
	defer done()
	_, _ = fmt.Fprintf(to, "\n%s\nOnly %q is accepted: ", question, yes)
	answer, err := awaited(ctx, func() (string, error) { return line(a.stdin) })
	if err == nil && !strings.HasSuffix(answer, "\n") {
		_, _ = io.WriteString(to, "\n") // the input ended in the line of the question
	}
	switch {
	case ctx.Err() != nil:
		return &engine.Canceled{Cause: ctx.Err()}
	case err != nil:
		return err
	case strings.TrimSpace(answer) != yes:
		return &failure.Failure{Code: failure.NotApproved, Summary: "Not approved; nothing was written"}
	}
	return nil
}

// ownTerminal is the terminal that a process was started from.
const ownTerminal = "/dev/tty"

// conversation is where questions are put: standard error where that is a
// terminal, else the terminal itself. There is none where nobody types.
func (a *app) conversation() (to io.Writer, done func(), ok bool) {
	if _, typed := terminal(a.stdin); !typed {
		return nil, nil, false
	}
	if _, seen := terminal(a.stderr); seen {
		return a.stderr, func() {}, true
	}
	tty, err := os.OpenFile(ownTerminal, os.O_WRONLY, 0)
	if err != nil {
		return nil, nil, false
	}
	return tty, func() { _ = tty.Close() }, true
}

// awaited waits for an answer or the end of ctx, whichever comes first.
func awaited[T any](ctx context.Context, ask func() (T, error)) (T, error) {
	type reply struct {
		value T
		err   error
	}
	replies := make(chan reply, 1)
	fault.Go(func() {
		v, err := ask()
		replies <- reply{v, err}
	}, func(err error) { replies <- reply{err: err} })
	select {
	case r := <-replies:
		return r.value, r.err
	case <-ctx.Done():
		var none T
		return none, ctx.Err()
	}
}

// line reads one line; the end of the input ends it, too.
func line(r io.Reader) (string, error) {
	text, err := bufio.NewReader(r).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("read the answer: %w", err)
	}
	return text, nil
}

// secret reads a secret: twice from a terminal, without showing it, else one
// line from the input.
func (a *app) secret(ctx context.Context) ([]byte, error) {
	fd, ok := terminal(a.stdin)
	if !ok {
		return awaited(ctx, func() ([]byte, error) { return pipedSecret(a.stdin) })
	}
	before, err := term.GetState(fd)
	if err != nil {
		return nil, fmt.Errorf("look at the terminal: %w", err)
	}
	to, done, ok := a.conversation()
	if !ok {
		to, done = a.stderr, func() {}
	}
	defer done()
	ask := func(what string) ([]byte, error) {
		_, _ = io.WriteString(to, what)
		text, err := awaited(ctx, func() ([]byte, error) { return term.ReadPassword(fd) })
		_, _ = io.WriteString(to, "\n")
		if err != nil {
			// Whoever was interrupted would type unseen otherwise.
			_ = term.Restore(fd, before)
			return nil, fmt.Errorf("read the secret: %w", err)
		}
		return text, nil
	}
	text, err := ask("Secret: ")
	if err != nil {
		return nil, err
	}
	again, err := ask("Again:  ")
	if err != nil {
		return nil, err
	}
	if string(text) != string(again) {
		return nil, usage("The two secrets differ", "type the same one twice")
	}
	return text, nil
}

// maxSecret is longer than any secret; more is a wrong file.
const maxSecret = 4096

func pipedSecret(r io.Reader) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxSecret+1))
	if err != nil {
		return nil, fmt.Errorf("read the secret: %w", err)
	}
	text = []byte(strings.TrimSuffix(strings.TrimSuffix(string(text), "\n"), "\r"))
	if len(text) > maxSecret || strings.ContainsAny(string(text), "\n\x00") {
		return nil, usage("Standard input does not hold one line", "send the secret as its only line")
	}
	return text, nil
}
