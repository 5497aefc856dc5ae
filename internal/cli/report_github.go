package cli

import (
	"errors"
	"fmt"
	"os"

	"github.com/sigilgate/sigilform/internal/render"
)

// publishGitHub adds the summary and the outputs of a step to the files that the
// runner names. Outside a workflow it names none.
func (a *app) publishGitHub(r *render.Report, o render.Options) (err error) {
	if name := a.engine.Env.Get("GITHUB_STEP_SUMMARY"); name != "" {
		used := int64(0)
		if info, err := os.Stat(name); err == nil {
			used = info.Size()
		}
		if text := r.Markdown(render.SummaryLimit(used+1), o); text != "" {
			err = appendTo(name, text+"\n")
		}
	}
	if name := a.engine.Env.Get("GITHUB_OUTPUT"); name != "" {
		err = errors.Join(err, appendTo(name, r.GitHubOutputs(o)))
	}
	return err
}

// appendTo adds to a file that belongs to the runner.
func appendTo(name, text string) error {
	f, err := openReport(name, os.O_APPEND)
	if err != nil {
		return fmt.Errorf("write for the workflow: %w", err)
	}
	_, err = f.WriteString(text)
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return fmt.Errorf("write for the workflow: %w", err)
	}
	return nil
}
