package engine

import (
	"context"
	"os"
	"os/user"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Provenance is what the command line says of who applies, and of what. What
// it leaves out is found out.
type Provenance struct {
	// Actor is who applies, Commit the source commit.
	Actor, Commit string
}

// applicant is who applies, and the folder that what is said of it is about.
type applicant struct{ actor, folder string }

// applicant finds out who applies.
func (e *Engine) applicant(ctx context.Context, folder, named string) applicant {
	return applicant{actor: e.actor(ctx, folder, named), folder: folder}
}

// actor is who applies: the person that the command line names, or the
// environment, or a CI service, or git; else user@host.
func (e *Engine) actor(ctx context.Context, folder, named string) string {
	said := []string{named, e.Env.Get("SIGILFORM_ACTOR")}
	if e.Env.Get("GITHUB_ACTIONS") != "" {
		said = append(said, e.Env.Get("GITHUB_ACTOR"))
	}
	said = append(said, e.Env.Get("GITLAB_USER_LOGIN"))
	for _, who := range said {
		if who = plainLine(who); who != "" {
			return who
		}
	}
	if who := plainLine(author(ctx, folder)); who != "" {
		return who
	}
	return e.account()
}

// author is how git would sign a commit in the folder: Name <address>. It is
// empty where git knows neither.
func author(ctx context.Context, folder string) string {
	name, _ := git(ctx, folder, nil, "config", "--get", "user.name")
	mail, _ := git(ctx, folder, nil, "config", "--get", "user.email")
	switch {
	case mail == "":
		return name
	case name == "":
		return mail
	}
	return name + " <" + mail + ">"
}

// account is the user of this process on this machine.
func (e *Engine) account() string {
	name, host := e.Env.Get("USER"), "localhost"
	if u, err := user.Current(); err == nil {
		name = u.Username
	}
	if h, err := os.Hostname(); err == nil {
		host = h
	}
	if name = plainLine(name); name == "" {
		name = "unknown"
	}
	return plainLine(name + "@" + host)
}

// maxActor keeps a variable of the environment from filling the history; it is
// in bytes.
const maxActor = 128

// plainLine drops what would break a line or a table, or turn the direction of
// what follows, and cuts what is too long between two characters.
func plainLine(s string) string {
	s = strings.Map(func(r rune) rune {
		if r == utf8.RuneError || unicode.In(r, unicode.C, unicode.Zl, unicode.Zp) {
			return -1
		}
		return r
	}, s)
	s = strings.TrimSpace(s)
	if len(s) <= maxActor {
		return s
	}
	end := maxActor
	for !utf8.RuneStart(s[end]) {
		end--
	}
	return strings.TrimSpace(s[:end])
}
