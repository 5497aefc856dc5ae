// Package atomicfile writes files that are there wholly or not at all: aside,
// to the disk, then into their place by one rename, which the disk has, too.
//
//	Create ──> .sigilform-* ──write──> mode, fsync ──rename──> name ──> fsync of its folder
//	               └── an error anywhere: removed, and what was there stays
//
// Killed in between it leaves the hidden file behind and nothing else. It
// refuses to write into a file that is there, and knows nothing of what may be
// replaced: that is for the caller to say.
package atomicfile
