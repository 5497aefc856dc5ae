package schema

import (
	"slices"
	"strings"
)

// Everything is the word for all keys of the network.
const Everything = "network"

// Folders are where the keys of objects lie, right below the network's prefix
// and without their slashes, in the order of the kinds.
func (c *Catalogue) Folders() []string {
	var out []string
	note := func(path string) {
		if first, _, _ := strings.Cut(path, "/"); first != "" && !slices.Contains(out, first) {
			out = append(out, first)
		}
	}
	for i := range c.kinds {
		k := &c.kinds[i]
		if k.Parent == "" {
			note(k.Path)
		}
		for _, p := range k.Beside {
			note(p.Path)
		}
	}
	return out
}

// Collections are the words for whole kinds of keys: that for all, and the
// folders.
func (c *Catalogue) Collections() []string { return append([]string{Everything}, c.Folders()...) }

// Data are the kinds of data that fields are, as they come.
func (c *Catalogue) Data() []string {
	var found []string
	for i := range c.kinds {
		k := &c.kinds[i]
		for j := range k.Fields {
			if data := k.DataOf(&k.Fields[j]); data != "" && !slices.Contains(found, data) {
				found = append(found, data)
			}
		}
	}
	return found
}

// Whole is all that lies below a path, in words.
type Whole struct{ Path, Words string }

// Wholes are the folders, and the places in those that hold several.
func (c *Catalogue) Wholes() []Whole {
	var out []Whole
	for _, folder := range c.Folders() {
		whole, places := Whole{Path: folder + "/", Words: "the " + folder}, []Whole(nil)
		for i := range c.kinds {
			k := &c.kinds[i]
			switch {
			case k.Parent != "" || k.Path != whole.Path:
			case whole.Words == "the "+folder:
				whole.Words = "all " + k.Plural
			default:
				whole.Words = "all " + folder // several kinds share it
			}
			for _, p := range k.Beside {
				place := Whole{Path: p.Path, Words: "all " + p.Plural}
				switch {
				case place.Path == whole.Path:
					whole.Words = place.Words
				case strings.HasPrefix(place.Path, whole.Path) && !slices.Contains(places, place):
					places = append(places, place)
				}
			}
		}
		out = append(append(out, whole), places...)
	}
	return out
}
