{{- define "dexie-cloud-server.selector" -}}
app.kubernetes.io/name: dexie-cloud-server
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end }}

{{- define "dexie-cloud-server.labels" -}}
{{ include "dexie-cloud-server.selector" . }}
app.kubernetes.io/part-of: dexie-cloud-kit
{{- end }}

{{- define "dexie-cloud-server.metadata" -}}
name: {{ .name }}
namespace: {{ .root.Release.Namespace }}
labels:
  {{- include "dexie-cloud-server.labels" . | nindent 2 }}
  app.kubernetes.io/managed-by: {{ .root.Release.Service }}
{{- end }}

{{/* A job cannot be changed, so its name ends with a hash of its pod and of the settings that this reads. */}}
{{- define "dexie-cloud-server.initHash" -}}
{{- list (include "dexie-cloud-server.initPod" .) .Values.settings | toJson | sha256sum | trunc 10 -}}
{{- end }}

{{- define "dexie-cloud-server.initPod" -}}
{{ include "dexie-cloud-server.pod" . }}
restartPolicy: OnFailure
containers:
  - name: init
    {{- include "dexie-cloud-server.container" . | nindent 4 }}
    command: {{ toJson .Values.initCommand }}
{{- end }}

{{- define "dexie-cloud-server.pod" -}}
serviceAccountName: {{ .Release.Name }}
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
  runAsUser: 65532
  runAsGroup: 65532
  fsGroup: 65532
  seccompProfile:
    type: RuntimeDefault
volumes:
  - name: config
    projected:
      defaultMode: 288
      sources:
        - configMap: { name: {{ .Release.Name }}-settings }
        - secret: { name: {{ .Values.secrets.config }} }
  - name: ca
    secret: { secretName: {{ .Values.secrets.databaseCa }}, defaultMode: 288 }
  - name: tmp
    emptyDir: {}
{{- end }}

{{- define "dexie-cloud-server.container" -}}
image: {{ required "image is required: a reference with digest" .Values.image | quote }}
imagePullPolicy: {{ .Values.imagePullPolicy }}
env:
  - { name: PORT, value: "8080" }
  {{- range $name := concat (keys .Values.settings) (list "DXC_SECRET" "DEXIE_CLOUD") .Values.secrets.settings | sortAlpha }}
  - { name: {{ $name }}_FILE, value: /etc/dexie-cloud/config/{{ $name }} }
  {{- end }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities:
    drop: [ALL]
resources: {{ toJson .Values.resources }}
volumeMounts:
  - { name: config, mountPath: /etc/dexie-cloud/config, readOnly: true }
  - { name: ca, mountPath: /etc/dexie-cloud/ca, readOnly: true }
  - { name: tmp, mountPath: /tmp }
{{- end }}

{{/* The ways out that both the server and its job need. */}}
{{- define "dexie-cloud-server.egress" -}}
- to:
    {{- toYaml .Values.network.database | nindent 4 }}
  ports:
    - { protocol: TCP, port: {{ .Values.network.databasePort }} }
- to:
    {{- toYaml .Values.network.dns | nindent 4 }}
  ports:
    - { protocol: UDP, port: {{ .Values.network.dnsPort }} }
    - { protocol: TCP, port: {{ .Values.network.dnsPort }} }
{{- end }}

{{/* Helm reads every number as a fraction, which prints a million as 1e+06. */}}
{{- define "dexie-cloud-server.settingText" -}}
{{- if and (kindIs "float64" .) (eq . (floor .)) }}{{ int64 . }}{{ else }}{{ . }}{{ end -}}
{{- end }}
