/** A small application to be kind to: four replicas of which three must be there, and a program on every node. */

/** As kubectl applies it. Its containers sleep, so each takes all of its grace to end. */
export const workloads = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 4
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      terminationGracePeriodSeconds: 1
      topologySpreadConstraints:
        - maxSkew: 1
          topologyKey: kubernetes.io/hostname
          whenUnsatisfiable: ScheduleAnyway
          labelSelector:
            matchLabels: {app: web}
      containers:
        - name: web
          image: rehearsal
          resources:
            requests: {memory: 16Mi}
            limits: {memory: 64Mi}
---
apiVersion: policy/v1beta1
kind: PodDisruptionBudget
metadata:
  name: web
spec:
  minAvailable: 3
  selector:
    matchLabels: {app: web}
---
apiVersion: apps/v1
kind: DaemonSet
metadata:
  name: log-agent
spec:
  selector:
    matchLabels: {app: log-agent}
  template:
    metadata:
      labels: {app: log-agent}
    spec:
      terminationGracePeriodSeconds: 1
      containers:
        - name: log-agent
          image: rehearsal
          resources:
            requests: {memory: 16Mi}
            limits: {memory: 64Mi}
`;
