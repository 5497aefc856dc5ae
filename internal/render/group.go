package render

import (
	"slices"
	"strconv"
	"strings"
)

// addressGroup is the instances of one block, or a single address.
type addressGroup struct {
	block string
	keys  []string
}

// groupAddresses puts the instances of a block together, where it is first met.
func groupAddresses(all []string) []addressGroup {
	var groups []addressGroup
	at := map[string]int{}
	for _, a := range all {
		block, key, ok := cutInstance(a)
		if !ok {
			groups = append(groups, addressGroup{block: a})
			continue
		}
		i, known := at[block]
		if !known {
			i = len(groups)
			at[block] = i
			groups = append(groups, addressGroup{block: block})
		}
		groups[i].keys = append(groups[i].keys, key)
	}
	return groups
}

// cutInstance splits core.pool["a"] before its last bracket.
func cutInstance(a string) (block, key string, ok bool) {
	i := strings.LastIndexByte(a, '[')
	if i <= 0 || !strings.HasSuffix(a, "]") || strings.Count(a[i:], `"`)%2 != 0 {
		return a, "", false
	}
	return a[:i], a[i+1 : len(a)-1], true
}

// full names every instance, neighbours by number as a range:
// core.pool["a", "b"], core.pool[0–7, 9].
func (g addressGroup) full() string {
	if len(g.keys) == 0 {
		return g.block
	}
	return g.block + "[" + strings.Join(ranges(g.keys), ", ") + "]"
}

// maxGroup is how long the names of all instances may be.
const maxGroup = 48

// short names many instances by their number: core.pool[…] (40).
func (g addressGroup) short() string {
	full := g.full()
	switch r := ranges(g.keys); {
	case len(g.keys) > 2 && len(r) == 1:
		return full + " (" + number(len(g.keys)) + ")"
	case len(g.keys) <= 1 || width(full) <= maxGroup:
		return full
	}
	return g.block + "[…] (" + number(len(g.keys)) + ")"
}

// ranges joins three and more numbers in a row.
func ranges(keys []string) []string {
	numbers := make([]int, len(keys))
	for i, key := range keys {
		n, err := strconv.Atoi(key)
		if err != nil || strconv.Itoa(n) != key {
			return keys
		}
		numbers[i] = n
	}
	slices.Sort(numbers)
	var out []string
	for i := 0; i < len(numbers); {
		end := i
		for end+1 < len(numbers) && numbers[end+1] == numbers[end]+1 {
			end++
		}
		switch {
		case end-i >= 2:
			out = append(out, strconv.Itoa(numbers[i])+"–"+strconv.Itoa(numbers[end]))
		default:
			for _, n := range numbers[i : end+1] {
				out = append(out, strconv.Itoa(n))
			}
		}
		i = end + 1
	}
	return out
}
