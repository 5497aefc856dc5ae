package etcdtest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"testing"
)

// parentVariable tells the test binary, started again, to be the parent of a
// member, and how the member stands.
const parentVariable = "SIGILFORM_TEST_PARENT"

func TestMain(m *testing.M) {
	if standing, ok := os.LookupEnv(parentVariable); ok && os.Getenv(MemberVariable) == "" {
		fmt.Fprintln(os.Stderr, parent(os.Getenv("SIGILFORM_TEST_BLUEPRINT"), standing))
		os.Exit(1)
	}
	os.Exit(Main(m))
}

// parent starts a member, says when it serves, and waits to be killed.
func parent(text, standing string) error {
	b, err := readBlueprint(text)
	if err != nil {
		return err
	}
	p, err := launch(context.Background(), b)
	if err != nil {
		return err
	}
	if err := p.awaitServing(context.Background()); err != nil {
		return err
	}
	if standing == "paused" {
		if err := p.pause(); err != nil {
			return err
		}
	}
	fmt.Print(readyLine) //nolint:forbidigo // to the test that started this process
	<-p.done
	return errors.New("the member ended before its parent")
}
