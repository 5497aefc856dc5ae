package embedded

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"math"
	"os"
)

// The format of bbolt's files: pages, each with a header and its elements. It
// maps them to memory and panics where one leads elsewhere, so they are looked
// at here first, through reads that can't. bbolt has a check of its own, but
// loads the list of free pages for it in a goroutine that panics.
const (
	pageHeader, elementSize = 16, 16
	branchPage, leafPage    = 0x01, 0x02
	bucketElement           = 0x01
	metaMagic, metaVersion  = 0xED0CDAED, 2
	// metaSum is where the checksum stands in a meta page, behind what it is of.
	metaSum = 56
	// leastPage and mostPage bound the size of a page.
	leastPage, mostPage = 1 << 10, 1 << 24
	// deepestTree is far more than a tree of any size has levels.
	deepestTree = 64
)

var order = binary.NativeEndian //nolint:gochecknoglobals // the byte order of bbolt's files

// database is a file of bbolt's that is looked through.
type database struct {
	file io.ReaderAt
	page int64
	// end is the first page that was never used.
	end  uint64
	seen []bool
	// meta is what the bucket of that name holds.
	meta map[string][]byte
}

// readDatabase looks at every page that is in use, and returns what the bucket
// "meta" holds.
func readDatabase(name string) (map[string][]byte, error) {
	f, err := os.Open(name) //nolint:gosec // a file of our own folder
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // only read
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	d := &database{file: f, meta: map[string][]byte{}}
	root, err := d.begin(info.Size())
	if err == nil {
		err = d.walk(root, "", nil, nil, 0)
	}
	if err != nil {
		return nil, fmt.Errorf("its database: %w", err)
	}
	return d.meta, nil
}

// begin finds the newer of the two meta pages that is whole, as bbolt does.
func (d *database) begin(size int64) (root uint64, err error) {
	head := make([]byte, pageHeader+metaSum+8)
	best, newest := false, uint64(0)
	for at := int64(0); at < min(size, 2*mostPage); at = max(leastPage, at*2) {
		if _, err := d.file.ReadAt(head, at); err != nil {
			break
		}
		m := head[pageHeader:]
		sum := fnv.New64a()
		_, _ = sum.Write(m[:metaSum])
		if order.Uint32(m) != metaMagic || order.Uint32(m[4:]) != metaVersion || order.Uint64(m[metaSum:]) != sum.Sum64() {
			continue
		}
		page, txid := int64(order.Uint32(m[8:])), order.Uint64(m[48:])
		if at != 0 && at != page || best && txid < newest {
			continue
		}
		best, newest, root = true, txid, order.Uint64(m[16:])
		d.page, d.end = page, order.Uint64(m[40:])
	}
	switch {
	case !best:
		return 0, errors.New("it does not begin as one")
	case d.page < leastPage || d.page > mostPage:
		return 0, fmt.Errorf("its pages have %d bytes", d.page)
	case d.end > uint64(size/d.page): //nolint:gosec // a size is not negative
		return 0, fmt.Errorf("it has %d bytes, less than its %d pages", size, d.end)
	}
	d.seen = make([]bool, d.end)
	return root, nil
}

// walk looks at the pages below one, whose keys lie between from and to.
func (d *database) walk(id uint64, bucket string, from, to []byte, depth int) error {
	if depth > deepestTree {
		return fmt.Errorf("page %d: the tree has more than %d levels", id, deepestTree)
	}
	p, err := d.read(id)
	if err != nil {
		return err
	}
	if err := d.elements(p, bucket, from, to, depth); err != nil {
		return fmt.Errorf("page %d: %w", id, err)
	}
	return nil
}

// read takes a page with what overflows it. Each is in use once.
func (d *database) read(id uint64) ([]byte, error) {
	head := make([]byte, pageHeader)
	if id < 2 || id >= d.end {
		return nil, fmt.Errorf("page %d is not one of its %d", id, d.end)
	}
	if _, err := d.file.ReadAt(head, int64(id)*d.page); err != nil { //nolint:gosec // bounded by the file's size
		return nil, fmt.Errorf("page %d: %w", id, err)
	}
	pages := uint64(order.Uint32(head[12:])) + 1
	if order.Uint64(head) != id || pages > d.end-id {
		return nil, fmt.Errorf("page %d does not begin as one", id)
	}
	for i := range pages {
		if d.seen[id+i] {
			return nil, fmt.Errorf("page %d is used twice", id+i)
		}
		d.seen[id+i] = true
	}
	p := make([]byte, int64(pages)*d.page)                        //nolint:gosec // bounded by the file's size
	if _, err := d.file.ReadAt(p, int64(id)*d.page); err != nil { //nolint:gosec // the same
		return nil, fmt.Errorf("page %d: %w", id, err)
	}
	return p, nil
}

// elements looks at those of a page: where they lie, and that their keys ascend.
func (d *database) elements(p []byte, bucket string, from, to []byte, depth int) error {
	kind, count := order.Uint16(p[8:]), int(order.Uint16(p[10:]))
	if kind != branchPage && kind != leafPage {
		return fmt.Errorf("it is of no kind that a tree has (%#x)", kind)
	}
	if pageHeader+count*elementSize > len(p) || count == 0 && kind == branchPage {
		return fmt.Errorf("it can't hold %d elements", count)
	}
	keys := make([][]byte, count)
	for i := range keys {
		key, err := elementKey(p, kind, i)
		if err != nil {
			return err
		}
		before := i == 0 && from != nil && bytes.Compare(key, from) < 0 || i > 0 && bytes.Compare(key, keys[i-1]) <= 0
		if before || to != nil && bytes.Compare(key, to) >= 0 {
			return fmt.Errorf("the key of element %d is out of order", i)
		}
		keys[i] = key
	}
	return d.below(p, kind, keys, bucket, to, depth+1)
}

// below looks at what the elements of a page lead to.
func (d *database) below(p []byte, kind uint16, keys [][]byte, bucket string, to []byte, depth int) error {
	for i, key := range keys {
		next := to
		if i+1 < len(keys) {
			next = keys[i+1]
		}
		if err := d.descend(p, kind, i, bucket, key, next, depth); err != nil {
			return err
		}
	}
	return nil
}

// place is where the key of an element lies in its page, and how long it and its
// value are.
func place(p []byte, kind uint16, i int) (at, key, value uint64) {
	start := uint64(pageHeader + i*elementSize) //nolint:gosec // within the page
	e := p[start:]
	if kind == branchPage {
		return start + uint64(order.Uint32(e)), uint64(order.Uint32(e[4:])), 0
	}
	return start + uint64(order.Uint32(e[4:])), uint64(order.Uint32(e[8:])), uint64(order.Uint32(e[12:]))
}

func elementKey(p []byte, kind uint16, i int) ([]byte, error) {
	at, key, value := place(p, kind, i)
	if at+key+value > uint64(len(p)) || key > math.MaxInt32 {
		return nil, fmt.Errorf("element %d lies outside of it", i)
	}
	return p[at : at+key], nil
}

// descend looks at what an element leads to: a page, the tree of a bucket, or a
// small bucket in the element itself.
func (d *database) descend(p []byte, kind uint16, i int, bucket string, key, next []byte, depth int) error {
	e := p[pageHeader+i*elementSize:]
	if kind == branchPage {
		return d.walk(order.Uint64(e[8:]), bucket, key, next, depth)
	}
	at, size, length := place(p, kind, i)
	value := p[at+size : at+size+length]
	if order.Uint32(e)&bucketElement == 0 {
		if bucket == metaBucket {
			d.meta[string(key)] = value
		}
		return nil
	}
	if len(value) < elementSize {
		return fmt.Errorf("the bucket %q has no root", key)
	}
	if root := order.Uint64(value); root != 0 {
		return d.walk(root, string(key), nil, nil, depth)
	}
	inner := value[elementSize:]
	if len(inner) < pageHeader || order.Uint16(inner[8:]) != leafPage || depth > deepestTree {
		return fmt.Errorf("the bucket %q is not one", key)
	}
	return d.elements(inner, string(key), nil, nil, depth)
}
