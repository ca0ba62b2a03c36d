{{- define "postgres.labels" -}}
app.kubernetes.io/name: postgres
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
app.kubernetes.io/part-of: dexie-cloud-kit
{{- end }}

{{- define "postgres.objectLabels" -}}
{{ include "postgres.labels" . }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
{{- end }}

{{- define "postgres.selector" -}}
app.kubernetes.io/name: postgres
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end }}

{{- define "postgres.image" -}}
image: {{ required "image is required: a reference with digest" .Values.image | quote }}
imagePullPolicy: {{ .Values.imagePullPolicy }}
{{- end }}

{{- define "postgres.pod" -}}
automountServiceAccountToken: false
enableServiceLinks: false
{{- with .Values.imagePullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
securityContext:
  runAsNonRoot: true
  runAsUser: 999
  runAsGroup: 999
  fsGroup: 999
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile:
    type: RuntimeDefault
{{- end }}

{{- define "postgres.restricted" -}}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities:
    drop: [ALL]
{{- end }}

{{- define "postgres.repositoryClaim" -}}
{{ .Values.repository.existingClaim | default "repository" }}
{{- end }}

{{/* Not a claim template: those cannot grow. The name is the one a template `data` would give. */}}
{{- define "postgres.dataClaim" -}}
{{ .Values.data.existingClaim | default (printf "data-%s-0" .Release.Name) }}
{{- end }}

{{- define "postgres.claim" -}}
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: {{ .name }}
  namespace: {{ .root.Release.Namespace }}
  labels:
    {{- include "postgres.objectLabels" . | nindent 4 }}
  annotations:
    helm.sh/resource-policy: keep
spec:
  accessModes: [ReadWriteOnce]
  {{- with .volume.storageClass }}
  storageClassName: {{ . }}
  {{- end }}
  resources:
    requests:
      storage: {{ .volume.size }}
{{- end }}

{{/* The data key comes out of its wrapped form into memory, before anything that needs it. */}}
{{- define "postgres.dataKey" -}}
- name: data-key
  {{- include "postgres.image" .root | nindent 2 }}
  command: [/opt/kit/bin/data-key, {{ .verb }}]
  {{- include "postgres.restricted" . | nindent 2 }}
  resources: {{ toJson .root.Values.resources.helpers }}
  volumeMounts:
    - { name: repository, mountPath: /repository, readOnly: {{ ne .verb "ensure" }} }
    - { name: key, mountPath: /run/kit/key }
    - { name: kek, mountPath: /run/kit/kek, readOnly: true }
    - { name: recipients, mountPath: /run/kit/recipients, readOnly: true }
    - { name: tmp, mountPath: /tmp }
{{- end }}

{{/* Volumes of every pod that opens the repository. */}}
{{- define "postgres.volumes" -}}
- name: repository
  persistentVolumeClaim:
    claimName: {{ include "postgres.repositoryClaim" . }}
- name: key
  emptyDir: { medium: Memory, sizeLimit: 1Mi }
- name: kek
  secret: { secretName: {{ .Values.secrets.kek }}, defaultMode: 288 }
- name: recipients
  configMap: { name: {{ .Values.secrets.recipients }} }
- name: tmp
  emptyDir: {}
{{- end }}

{{/* The repository volume can be mounted on one node only, so its pods go where the database runs. */}}
{{- define "postgres.nearDatabase" -}}
labelSelector:
  matchLabels:
    {{- include "postgres.selector" (dict "root" . "component" "database") | nindent 4 }}
topologyKey: kubernetes.io/hostname
{{- end }}

{{/* Helm reads every number as a fraction, which prints a million as 1e+06. */}}
{{- define "postgres.settingText" -}}
{{- if and (kindIs "float64" .) (eq . (floor .)) }}{{ int64 . }}{{ else }}{{ . }}{{ end -}}
{{- end }}
