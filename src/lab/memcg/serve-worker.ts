/** The thread of one node's kernel: it blocks on /dev/fuse, and ends when the mount does. */

import { workerData } from "node:worker_threads";
import { serve } from "./fuse.ts";
import { kernelTree, type TreeOptions } from "./tree.ts";

const { device, ...options } = workerData as TreeOptions & { readonly device: number };
serve(device, kernelTree(options));
