package credentials

import "testing"

func TestNamesOfSecretsAndParameters(t *testing.T) {
	for name, ok := range map[string]bool{
		"/mirror/logins": true, "mirror-logins": true, "logins:3": true,
		"arn:aws:ssm:us-east-1:123456789012:parameter/mirror/logins": true,
		"": false, "mirror logins": false, " /mirror/logins": false, "/mirror/logins\n": false, "logins,more": false,
	} {
		if err := CheckParameter(name); (err == nil) != ok {
			t.Errorf("parameter %q: %v", name, err)
		}
	}
	for given, id := range map[string]string{
		"hub": "hub", "ghcr.io=mirror/ghcr": "mirror/ghcr", "localhost:5000/team=x": "x", "a=b": "a=b",
		"arn:aws:secretsmanager:us-east-1:123456789012:secret:hub-AbCdEf": "arn:aws:secretsmanager:us-east-1:123456789012:secret:hub-AbCdEf",
		"ghcr.io=": "", "HOST=": "", "": "", "my secret": "", "ghcr.io=my secret": "", " hub": "",
	} {
		err := CheckSecret(given)
		if (err == nil) != (id != "") {
			t.Errorf("secret %q: %v", given, err)
		}
		if err == nil && SecretID(given) != id {
			t.Errorf("secret %q: %q, want %q", given, SecretID(given), id)
		}
	}
}
