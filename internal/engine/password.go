package engine

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/sigilgate/sigilform/internal/apply"
	"github.com/sigilgate/sigilform/internal/kv"
)

// passwords finds those of new users: in the environment, or in files, whose
// names are relative to a folder.
func (e *Engine) passwords(ctx context.Context, folder string) apply.Passwords {
	return func(s kv.PasswordSource) (string, error) {
		if s.Env != "" {
			value := e.Env.Get(s.Env)
			if value == "" {
				return "", invalid(fmt.Sprintf("The environment variable %s is not set", s.Env),
					"It is to hold the password that this apply gives a user.", "Set it, and apply again.")
			}
			return value, nil
		}
		name := s.File
		if !filepath.IsAbs(name) {
			name = filepath.Join(folder, name)
		}
		return readPassword(ctx, name)
	}
}

// folderOf is the folder of a path, which may be a file.
func folderOf(path string) string {
	if info, err := os.Stat(path); err == nil && !info.IsDir() {
		return filepath.Dir(path)
	}
	return path
}
