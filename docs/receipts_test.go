package docs

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"ecrmirror/internal/receipt"
)

var (
	statementBlock = regexp.MustCompile("(?ms)^```statement\n(.*?)\n```$")
	opensslBlock   = regexp.MustCompile("(?ms)^```sh\n(.*?)\n```$")
)

// statementOfReceipts returns the example of the chapter as the program writes it, and what it says.
func statementOfReceipts(t *testing.T) ([]byte, receipt.Receipt) {
	t.Helper()
	found := statementBlock.FindStringSubmatch(documents(t)["docs/receipts.md"])
	if found == nil {
		t.Fatal("docs/receipts.md has no statement")
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, []byte(found[1])); err != nil {
		t.Fatal(err)
	}
	says, err := receipt.ReadStatement(compact.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	return compact.Bytes(), says
}

// TestExampleOfAReceipt holds the example of the chapter to what the program writes.
func TestExampleOfAReceipt(t *testing.T) {
	example, says := statementOfReceipts(t)
	written, err := says.Statement()
	if err != nil || !bytes.Equal(written, example) {
		t.Errorf("%v: the program writes\n%s\nand the chapter has\n%s", err, written, example)
	}
	if says.Trimmed == nil || len(says.Verified) == 0 || says.Source.Tag == "" || says.Tool.Commit == "" {
		t.Errorf("the example leaves something out: %+v", says)
	}
	for _, said := range []string{"`" + receipt.BundleType + "`", "`dev.sigstore.bundle.predicateType`"} {
		if !strings.Contains(documents(t)["docs/receipts.md"], said) {
			t.Errorf("docs/receipts.md does not have %s", said)
		}
	}
}

// TestAReceiptIsCheckedByOpenSSL runs the commands of the chapter. Where a program of them is not installed it is
// skipped, unless ECRMIRROR_REQUIRE_CLIENTS is 1.
func TestAReceiptIsCheckedByOpenSSL(t *testing.T) {
	for _, program := range []string{"openssl", "jq", "base64", "sh"} {
		_, err := exec.LookPath(program)
		switch {
		case err != nil && os.Getenv("ECRMIRROR_REQUIRE_CLIENTS") == "1":
			t.Fatalf("%s is not installed", program)
		case err != nil:
			t.Skipf("%s is not installed", program)
		}
	}
	commands := opensslBlock.FindStringSubmatch(documents(t)["docs/receipts.md"])
	if commands == nil {
		t.Fatal("docs/receipts.md has no commands of openssl")
	}
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	key, err := receipt.NewKey(&private.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	statement, says := statementOfReceipts(t)
	sig, err := ecdsa.SignASN1(rand.Reader, private, key.Digest(receipt.ToSign(statement)))
	if err != nil {
		t.Fatal(err)
	}
	bundle, err := receipt.Bundle(statement, sig, key)
	if err != nil {
		t.Fatal(err)
	}
	want := "Verified OK\n" + receipt.PredicateType + "\n" + says.Digest.Encoded() + "\n"
	if out := checkBySh(t, commands[1], bundle, key.PEM()); out != want {
		t.Errorf("got\n%s\nwant\n%s", out, want)
	}
	forged := bytes.Replace(bundle, []byte(`"payload":"e`), []byte(`"payload":"f`), 1)
	if out := checkBySh(t, commands[1], forged, key.PEM()); strings.Contains(out, "Verified OK") {
		t.Errorf("a forged one: %s", out)
	}
}

// checkBySh runs commands where there are a bundle and a key, and returns what they print.
func checkBySh(t *testing.T, commands string, bundle, key []byte) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range map[string][]byte{"receipt.json": bundle, "receipts.pem": key} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(t.Context(), "sh", "-c", commands)
	cmd.Dir = dir
	out, _ := cmd.CombinedOutput() // of a forged one it ends in an error
	return string(out)
}
