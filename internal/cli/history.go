package cli

import (
	"context"
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/sigilgate/sigilform/internal/engine"
	"github.com/sigilgate/sigilform/internal/render"
)

func (a *app) newHistory() *cobra.Command {
	var l liveFlags
	var limit int
	c := &cobra.Command{
		Use:   "history [PATH]",
		Short: "List the applies, newest first",
		Long: `List who applied what and when, newest first. PATH only tells where the cluster
is. ` + "`sigilform show SERIAL`" + ` prints one of them whole.` + exits("0  listed", liveExits,
			"4  another process holds the embedded server"),
		Example: "  sigilform history\n  sigilform history --limit 5 --json",
		Args:    atMost(1),
		RunE: func(c *cobra.Command, args []string) error {
			o, err := a.liveOptions(c, &l, path(args))
			if err != nil {
				return err
			}
			if limit < 0 {
				return usage("--limit can't be negative", "leave it out to list all")
			}
			entries, err := a.engine.History(c.Context(), o, limit)
			if err != nil {
				return err
			}
			a.clear()
			return render.History(a.stdout, entries, a.options())
		},
	}
	l.add(c)
	c.Flags().IntVar(&limit, "limit", 0, "list only the newest `N`")
	return c
}

func (a *app) newShow() *cobra.Command {
	l := liveFlags{reports: true}
	var identity identityFlag
	var summary bool
	c := &cobra.Command{
		Use:   "show [PLANFILE|SERIAL [PATH]]",
		Short: "Show a saved plan, or one apply of the history",
		Long: `Show a plan that ` + "`sigilform plan --out`" + ` saved, without asking the cluster; or the
apply with a serial from the history; or the newest apply.` + exits("0  shown", "1  error: a damaged plan file, or no such serial",
			"4  another process holds the embedded server"),
		Example: "  sigilform show change.sigilplan\n  sigilform show 3",
		Args:    atMost(2),
		RunE: func(c *cobra.Command, args []string) error {
			serial, isSerial := serialOf(args)
			if !isSerial {
				return a.showFile(c.Context(), &l, args, identity, summary)
			}
			if err := identity.unused(); err != nil {
				return err
			}
			where := ""
			if len(args) == 2 {
				where = args[1]
			}
			o, err := a.liveOptions(c, &l, where)
			if err != nil {
				return err
			}
			if a.reporting() {
				return usage("An apply of the history is shown as text or JSON only", "the other formats are for a saved plan: sigilform show PLANFILE")
			}
			entry, err := a.engine.HistoryEntry(c.Context(), o, serial)
			if err != nil {
				return err
			}
			a.clear()
			return render.HistoryEntry(a.stdout, a.engine.Catalogue, entry, a.options())
		},
	}
	l.add(c)
	identity.add(c)
	c.Flags().BoolVar(&summary, "summary", false, "show counts and addresses of a plan, not fields")
	return c
}

// serialOf reads the serial that is asked for: the newest where none is named.
// A file whose name is a number is a file.
func serialOf(args []string) (serial int64, ok bool) {
	if len(args) == 0 {
		return 0, true
	}
	if saved, err := engine.IsPlanFile(args[0]); saved || err != nil {
		return 0, false
	}
	n, err := strconv.ParseInt(args[0], 10, 64)
	return n, err == nil && n > 0
}

func (a *app) showFile(ctx context.Context, l *liveFlags, args []string, identity identityFlag, summary bool) error {
	if err := a.output(&l.out, reportFormats()...); err != nil {
		return err
	}
	if len(args) > 1 {
		return usage(fmt.Sprintf("%q is not a serial", args[0]), "usage: sigilform show [PLANFILE|SERIAL [PATH]]")
	}
	planned, _, err := a.engine.ReadPlan(ctx, args[0], identity.files)
	if err != nil {
		return err
	}
	if err := a.showPlan(planned, summary); err != nil {
		return err
	}
	a.note("", "Not verified: whether this file is as it was made only its cluster tells, and `sigilform apply` asks it.")
	return nil
}
