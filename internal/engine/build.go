package engine

import (
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/sigilgate/sigilform/internal/plan/planfile"
	"github.com/sigilgate/sigilform/internal/render"
	"github.com/sigilgate/sigilform/internal/state"
)

// unreleased is the version of a program that was built from a folder.
const unreleased = "0.1.0-dev"

const (
	// keyLayout names the layout of the network's keys.
	keyLayout = "sigilgate/v1"
	// etcdServer is the module of the embedded server.
	etcdServer = "go.etcd.io/etcd/server/v3"
)

// Build is what the program knows of how it was made.
func Build() render.VersionDocument {
	out := render.VersionDocument{
		Version: unreleased, Go: runtime.Version(), OS: runtime.GOOS, Arch: runtime.GOARCH,
		Layout: keyLayout, StateFormat: state.FormatVersion, PlanFormat: planfile.Format,
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return out
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		out.Version = v
	}
	for _, m := range info.Deps {
		if m.Path == etcdServer {
			out.Etcd = strings.TrimPrefix(m.Version, "v")
		}
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			out.Commit = s.Value
		case "vcs.modified":
			out.Modified = s.Value == "true"
		case "vcs.time":
			out.Date = s.Value
		}
	}
	return out
}
