//go:build linux && !nokmem

package cgroups

import "errors"

// EnableKernelMemory stands for what switches accounting on.
func EnableKernelMemory() error {
	return errors.New("failed to set memory.kmem.limit_in_bytes, because either tasks have already joined this cgroup or it has children")
}
