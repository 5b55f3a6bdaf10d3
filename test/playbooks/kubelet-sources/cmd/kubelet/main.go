// Stands for kubelet: it has its version and its kmem, and does nothing.
package main

import (
	"fmt"
	"os"

	"k8s.io/kubernetes/cgroups"
)

func main() {
	if len(os.Args) > 1 && os.Args[1] == "--version" {
		fmt.Println("Kubernetes v1.15.5")
		return
	}
	fmt.Fprintln(os.Stderr, cgroups.EnableKernelMemory())
	os.Exit(1)
}
