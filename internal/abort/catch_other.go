//go:build !unix

package abort

// catch has nothing to set.
func catch(string) {}
