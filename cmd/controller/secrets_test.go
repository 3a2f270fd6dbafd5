package main

import (
	"encoding/base64"
	"net/url"
	"strings"
	"testing"

	"ecrmirror/testkit/fault"
)

// What nobody may read in anything that a run leaves behind.
const (
	ssmPassword    = "ssm-Tr0ub4dor&3"
	secretPassword = "secret-C0rrect/H0rse"
	wrongPassword  = "wrong-B4ttery+Staple"
	brokenPassword = "broken-Zebra=Apple"
	bearerToken    = "bearer-0pen.S3same"
	externalID     = "external-1d.0f/Ours"
	signature      = "f00dfacef00dfacef00dface"
)

const (
	partnerAccount = "444455556666"
	partnerRole    = "arn:aws:iam::" + partnerAccount + ":role/mirror"
)

// TestNoSecretIsLeftBehind has the programs use logins of all kinds, well and badly, and
// searches what they leave: output, logs of jobs, what Batch and the table keep, the
// programs' arguments, and the files that were in their directories when they ended.
func TestNoSecretIsLeftBehind(t *testing.T) {
	w := newSecretWorld(t)
	w.entry("app", w.ssmHost+"/app:1",
		w.ecr("111122223333", "app:1"), w.ecr(partnerAccount, "app:1"), w.bearerHost+"/app:1")
	w.entry("wrong login at the destination", w.ssmHost+"/app:2", w.ecr("111122223333", "app:2"), w.wrongHost+"/app:2")
	w.entry("wrong login at the source", w.wrongHost+"/app:1", w.ecr("111122223333", "never:1"))
	w.entry("a redirect to nowhere", w.redirectHost+"/gone:1", w.ecr("111122223333", "gone:1"))
	w.entry("a redirect that is refused", w.redirectHost+"/refused:1", w.ecr("111122223333", "refused:1"))
	w.left("first sweep", w.run("controller", "sweep", "--verbose"))
	w.finishJobs()
	w.mustHold(w.ecr("111122223333", "app:1"), w.ecr(partnerAccount, "app:1"), w.ecr("111122223333", "app:2"))

	// From ECR, by presigned URLs that work, and then by such that have expired.
	w.entry("out of ECR", w.ecr("111122223333", "app:1"), w.bearerHost+"/copy:1")
	w.entry("out of a partner's ECR", w.ecr(partnerAccount, "app:1"), w.bearerHost+"/partner:1")
	w.submitSweep()
	w.finishJobs()
	w.breakBlobs(fault.Rule{Kind: fault.Expire})
	w.left("expired URLs", w.run("mirror", "-v", "--progress=json", w.ecr("111122223333", "app:1"),
		w.ecr("111122223333", "broken:1")))
	w.breakBlobs(fault.Rule{Kind: fault.Reset, Times: 2})
	w.left("connections that are reset", w.run("mirror", "-v", "--progress=plain", w.ecr("111122223333", "app:1"),
		w.ecr("111122223333", "broken:1")))

	// Logins that cannot be read, and roles that are not as they should be.
	for _, variable := range []string{
		"CONTAINER_AUTH_SECRET=broken", "CONTAINER_AUTH_PARAMETER=/broken", "CONTAINER_AUTH_SECRET=nameless",
		"MIRROR_ASSUME_ROLES=" + partnerAccount + "=" + partnerRole + "x y#" + externalID,
	} {
		w.environment = append(w.environment, variable)
		w.left(variable[:strings.Index(variable, "=")], w.run("controller", "sweep", "-v")+w.run("mirror",
			w.ssmHost+"/app:1", w.ecr("111122223333", "app:1")))
		w.left("help", w.run("controller", "sweep", "--help"))
		w.environment = w.environment[:len(w.environment)-1]
	}
	w.left("status", w.run("controller", "status")+w.run("controller", "status", "-o",
		"json")+w.run("controller", "plan"))
	w.keepTable()
	w.keepFiles()
	w.search()
}

// search fails the test for each secret that is found, in any form in which it may have been written.
func (w *secretWorld) search() {
	w.t.Helper()
	forms := map[string]string{"a presigned query": "X-Amz-Signature=", "a presigned query's user": "X-Amz-Credential="}
	secrets := []string{ssmPassword, secretPassword, wrongPassword, brokenPassword, bearerToken, externalID, signature}
	for _, session := range w.aws.Identities().Sessions() {
		secrets = append(secrets, session.Secret, session.Token)
	}
	for _, secret := range secrets {
		forms[secret] = secret
		forms[secret+", escaped"] = url.QueryEscape(secret)
		forms[secret+", in JSON"] = strings.ReplaceAll(secret, "&", `\u0026`)
		forms[secret+", in base64"] = base64.StdEncoding.EncodeToString([]byte("robot:" + secret))
	}
	var all int
	for where, text := range w.remains {
		all += len(text)
		for what, form := range forms {
			if at := strings.Index(text, form); at >= 0 {
				w.t.Errorf("%s has %s: ...%q...", where, what, text[max(0, at-200):min(len(text), at+100)])
			}
		}
	}
	for _, expected := range []string{w.ssmHost + "/app:1", w.bearerHost, partnerAccount, "/broken", "mirror\n"} {
		found := false
		for _, text := range w.remains {
			found = found || strings.Contains(text, expected)
		}
		if !found {
			w.t.Errorf("the search is worth nothing: %q is nowhere in %d texts of %d bytes", expected,
				len(w.remains), all)
		}
	}
}
