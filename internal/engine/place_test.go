package engine

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/sigilgate/sigilform/internal/failure"
	"github.com/sigilgate/sigilform/internal/plan"
	"github.com/sigilgate/sigilform/internal/schema"
	"github.com/sigilgate/sigilform/internal/seal"
)

func TestOpen(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "network.hcl")
	for _, name := range []string{file, filepath.Join(dir, "notes.txt")} {
		if err := os.WriteFile(name, []byte("network \"t\" {}\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	p, err := open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer p.close()
	if p.file != "network.hcl" || p.folder != dir {
		t.Errorf("got %+v", p)
	}
	if _, err := fs.ReadFile(p.root.FS(), "../x"); err == nil {
		t.Error("a path leads out of the folder")
	}
	var missing *NoSuchPath
	if _, err := open(filepath.Join(dir, "missing")); !errors.As(err, &missing) {
		t.Errorf("missing: %v", err)
	}
	if _, err := open(filepath.Join(dir, "notes.txt")); failure.Of(err).Code != failure.Invalid || failure.Of(err).Hint == "" {
		t.Errorf("no configuration: %v", err)
	}
}

func TestLinksDoNotLeadOut(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	inside := filepath.Join(dir, "inside")
	if err := os.Mkdir(inside, 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "secret"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("../secret", filepath.Join(inside, "link")); err != nil {
		t.Fatal(err)
	}
	p, err := open(inside)
	if err != nil {
		t.Fatal(err)
	}
	defer p.close()
	if text, err := fs.ReadFile(p.root.FS(), "link"); err == nil {
		t.Errorf("a link leads out of the folder: %q", text)
	}
}

func TestSavePlan(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	e := &Engine{Catalogue: schema.Network()}
	p := &plan.Plan{Catalogue: schema.Network(), Network: "t", ClusterID: "1", Generation: "g", Prefix: "/t/", Mode: plan.ModeApply}
	name := filepath.Join(dir, "p")
	for range 2 { // the second time over the first
		digest, err := e.SavePlan(&Planned{Plan: p}, name, seal.Recipients{})
		if err != nil {
			t.Fatal(err)
		}
		read, again, err := e.ReadPlan(t.Context(), name, nil)
		if err != nil || again != digest || read.Plan.Network != "t" {
			t.Fatalf("%v, %s, %s", err, again, digest)
		}
	}
	info, err := os.Stat(name)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	other := filepath.Join(dir, "network.hcl")
	if err := os.WriteFile(other, []byte("network \"t\" {}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, taken := range []string{other, dir} {
		if _, err := e.SavePlan(&Planned{Plan: p}, taken, seal.Recipients{}); err == nil {
			t.Errorf("%s is overwritten", taken)
		}
	}
	if _, err := e.SavePlan(&Planned{Plan: p}, filepath.Join(dir, "no", "folder"), seal.Recipients{}); err == nil {
		t.Error("a folder that is not there is no error")
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 2 {
		t.Errorf("files are left behind: %v, %v", left, err)
	}
}
