package engine

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"syscall"

	"github.com/sigilgate/sigilform/internal/embedded"
	"github.com/sigilgate/sigilform/internal/render"
)

// explainEmbedded says what is wrong with the embedded server's data, or with
// the machine below it, and what to do about it.
func explainEmbedded(err error) (d render.ErrorDocument, ok bool) {
	e, damaged := as[*embedded.Damaged](err)
	_, gaveUp := as[*embedded.GaveUp](err)
	if !damaged && !gaveUp {
		return d, false
	}
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return render.ErrorDocument{Code: "disk_full", Summary: "the disk of the embedded server is full", Detail: sentence(err.Error()), Hint: "make room and run it again: what was acknowledged is on the disk"}, true
	case errors.Is(err, fs.ErrPermission):
		return render.ErrorDocument{Code: "no_access", Summary: "the embedded server may not use its data", Detail: sentence(err.Error()), Hint: "run it as the user who owns .sigilform, or give that user the files back"}, true
	case !damaged:
		return render.ErrorDocument{
			Code: "server_ended", Summary: "the embedded server ended by itself", Detail: sentence(err.Error()),
			Hint: "run it again; if that fails as well, look at the disk, and keep a copy of .sigilform before you change anything",
		}, true
	}
	return render.ErrorDocument{
		Code: "damaged_folder", Summary: "the data of the embedded server is damaged",
		Detail: fmt.Sprintf("In %s: %s. Nothing was changed there.", e.Data, causeOf(e.Cause)),
		Hint:   "move it away with " + moveAway(e.Data) + "; then put a copy or a snapshot of it back (docs/cli.md, dev), or start anew with `sigilform apply`, which writes what the files say",
	}, true
}

// moveAway is the command that keeps damaged data as it is.
func moveAway(data string) string {
	return fmt.Sprintf("`mv %s %s`", filepath.Clean(data), filepath.Clean(data)+".damaged")
}
