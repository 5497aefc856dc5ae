package kv

import "slices"

func contains(names []string, name string) bool {
	_, ok := slices.BinarySearch(names, name)
	return ok
}

func with(names []string, name string) []string {
	i, ok := slices.BinarySearch(names, name)
	if ok {
		return names
	}
	return slices.Insert(slices.Clone(names), i, name)
}

func without(names []string, name string) []string {
	i, ok := slices.BinarySearch(names, name)
	if !ok {
		return names
	}
	return slices.Delete(slices.Clone(names), i, i+1)
}
