package server

import (
	"encoding/json"
	"net/http"

	"ecrmirror/localstack/awsjson"
)

// credentialsPath is where sessions of roles are to be had, by the role's name.
const credentialsPath = "/_localstack/credentials/"

// serveCredentials gives a session of a role to whoever asks, in the form in which Amazon
// ECS gives tasks theirs: AWS_CONTAINER_CREDENTIALS_FULL_URI makes SDKs and the AWS CLI ask here.
//
// Source: AWS SDKs and Tools Reference Guide, "Container credential provider".
func (s *Server) serveCredentials(w http.ResponseWriter, r *http.Request) {
	c, err := s.Credentials(r.PathValue("role"))
	if err != nil {
		awsjson.WriteError(w, &awsjson.Error{Status: http.StatusNotFound, Code: "NoSuchRole", Message: err.Error()})
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{
		"AccessKeyId": c.KeyID, "SecretAccessKey": c.Secret, "Token": c.Token, "Expiration": c.Expires.UTC(),
		"RoleArn": s.Role(r.PathValue("role")),
	})
}
