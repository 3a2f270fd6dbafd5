// Package nameserver is a DNS server for one resolver, which has the addresses that a test wants.
package nameserver

import (
	"context"
	"encoding/binary"
	"io"
	"net"
	"net/netip"
)

// Resolver returns a resolver that asks nobody else. addressOf gives the IPv4 address of a name, of which it is
// told the first label.
func Resolver(addressOf func(label string) netip.Addr) *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		client, server := net.Pipe()
		go serve(server, addressOf)
		return client, nil
	}}
}

// header is how long that of a message is (RFC 1035, 4.1.1).
const header = 12

// serve answers queries until the resolver hangs up.
func serve(conn net.Conn, addressOf func(label string) netip.Addr) {
	defer conn.Close()
	for {
		var size [2]byte
		if _, err := io.ReadFull(conn, size[:]); err != nil {
			return
		}
		query := make([]byte, binary.BigEndian.Uint16(size[:]))
		if _, err := io.ReadFull(conn, query); err != nil {
			return
		}
		answer := answerTo(query, addressOf)
		// an error means that it has hung up
		_, _ = conn.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(answer))), answer...))
	}
}

// answerTo answers a query with one question: with an address for a query of type A, and with none for others.
func answerTo(query []byte, addressOf func(label string) netip.Addr) []byte {
	label := string(query[header+1 : header+1+int(query[header])])
	end := header
	for query[end] != 0 {
		end += int(query[end]) + 1
	}
	end += 5 // the root, a type and a class
	answer := append([]byte{query[0], query[1], 0x81, 0x80, 0, 1, 0, 0, 0, 0, 0, 0}, query[header:end]...)
	if isA := query[end-3] == 1; isA {
		answer[7] = 1
		// The name of the question, type A, class IN, a second to live, and four bytes.
		answer = append(append(answer, 0xc0, header, 0, 1, 0, 1, 0, 0, 0, 1, 0, 4), addressOf(label).AsSlice()...)
	}
	return answer
}
