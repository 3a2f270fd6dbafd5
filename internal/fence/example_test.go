package fence_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"

	"ecrmirror/internal/fence"
)

// A registry redirects to the address where a cloud gives credentials. No request goes there, though the registry is
// one that may lead to this machine.
func Example() {
	registry := httptest.NewServer(http.RedirectHandler("http://169.254.169.254/latest/meta-data/", http.StatusFound))
	defer registry.Close()
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()

	client := fence.New(fence.Network{}, true).Client(transport)
	defer client.CloseIdleConnections()
	response, err := client.Get(registry.URL)
	if err == nil {
		response.Body.Close()
	}
	fmt.Println(err)
	// Output:
	// Get "http://169.254.169.254/latest/meta-data/": refused: 169.254.169.254 is where a cloud keeps credentials for this machine
}

// Hosts may be judged before they are asked, as they are written: behind a proxy nothing else is known of them.
func ExampleFence_CheckHost() {
	f := fence.New(fence.Network{}, false)
	for _, host := range []string{"registry.example.com", "127.0.0.1", "0x7f.1", "fd00:ec2::254"} {
		fmt.Printf("%s: %v\n", host, f.CheckHost(host))
	}
	// Output:
	// registry.example.com: <nil>
	// 127.0.0.1: refused: 127.0.0.1 is this machine, where only a registry that is there itself, or that is named insecure, may lead
	// 0x7f.1: refused: "0x7f.1" is neither a name nor an address
	// fd00:ec2::254: refused: fd00:ec2::254 is where a cloud keeps credentials for this machine
}
