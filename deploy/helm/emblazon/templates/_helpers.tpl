{{- define "emblazon.name" -}}{{ printf "%s-origin" .Release.Name | trunc 63 | trimSuffix "-" }}{{- end }}
{{- define "emblazon.selector" -}}
app.kubernetes.io/name: emblazon
app.kubernetes.io/component: origin
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}
{{- define "emblazon.labels" -}}
{{ include "emblazon.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}
