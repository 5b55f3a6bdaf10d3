//go:build !linux || nokmem

package cgroups

import "errors"

// EnableKernelMemory says no.
func EnableKernelMemory() error {
	return errors.New("kernel memory accounting disabled in this runc build")
}
