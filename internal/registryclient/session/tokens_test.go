package session

import (
	"fmt"
	"testing"

	"ecrmirror/internal/registryclient/answer"
	"ecrmirror/internal/registryclient/auth"
	"ecrmirror/internal/registryclient/wire"
)

// Tokens of all registries together are bounded; who has too many loses its own.
func TestTokensAreBoundedTogether(t *testing.T) {
	shared := &Tokens{}
	const token = 64 << 10
	var all []*Registry
	for i := range 2 {
		r, err := New(Options{
			Wire: wire.Options{Host: fmt.Sprint("r", i)}, Login: auth.Anonymous, Answers: answer.NewMemory(),
			Tokens: shared,
		})
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, r)
	}
	for i := range 2 * maxTokens / token {
		all[0].Repository(auth.Scope{Name: fmt.Sprint("a", i)})
		all[0].holds(token)
		if shared.bytes > maxTokens {
			t.Fatalf("%d bytes of tokens are kept", shared.bytes)
		}
	}
	all[1].Repository(auth.Scope{Name: "b"})
	all[1].holds(100)
	all[0].Forget()
	if n := len(all[0].repositories); n != 0 || shared.bytes != 100 || len(all[1].repositories) != 1 {
		t.Errorf("%d repositories, %d bytes of tokens are left", n, shared.bytes)
	}
}
