package render

import "io"

// VersionDocument says what program this is.
type VersionDocument struct {
	Head
	Version string `json:"version"`
	Commit  string `json:"commit,omitempty"`
	// Date is the commit's, RFC 3339; Modified says that the tree was changed.
	Date     string `json:"date,omitempty"`
	Modified bool   `json:"modified,omitempty"`
	Go       string `json:"go"`
	OS       string `json:"os"`
	Arch     string `json:"arch"`
	// Etcd is the version of the embedded server, Layout that of the keys.
	Etcd   string `json:"etcd,omitempty"`
	Layout string `json:"layout,omitempty"`
	// StateFormat and PlanFormat are what this program writes.
	StateFormat int `json:"state_format,omitempty"`
	PlanFormat  int `json:"plan_format,omitempty"`
}

// Version shows what program this is.
func Version(w io.Writer, v VersionDocument, o Options) error {
	v.Head = head("version")
	if o.Format == JSON {
		return writeJSON(w, v, o)
	}
	p := newPage(o)
	p.line("sigilform ", p.word(v.Version))
	if o.Quiet {
		return p.flush(w)
	}
	for _, x := range [][2]string{{"commit", commitText(&v)}, {"built", v.Go + " " + v.OS + "/" + v.Arch}, {"etcd", v.Etcd}, {"layout", v.Layout}} {
		if x[1] != "" {
			p.line("  ", p.color(dim, pad(x[0], len("commit"))), "  ", p.word(x[1]))
		}
	}
	return p.flush(w)
}

func commitText(v *VersionDocument) string {
	text := v.Commit
	if text != "" && v.Date != "" {
		text += ", " + v.Date
	}
	if text != "" && v.Modified {
		text += ", modified"
	}
	return text
}
