package server

import (
	"errors"
	"fmt"
	"os"
	"strings"
)

// writeUses appends what was allowed to the deployment's roles to the file that the options name.
func (s *Server) writeUses() error {
	if s.opts.Uses == "" {
		return nil
	}
	var lines strings.Builder
	for _, use := range s.identities.Used() {
		if role, ours := strings.CutPrefix(use.Role, s.Role("")); ours {
			fmt.Fprintf(&lines, "%s %s\n", role, use.Action)
		}
	}
	file, err := os.OpenFile(s.opts.Uses, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return fmt.Errorf("writing what roles have used: %w", err)
	}
	_, err = file.WriteString(lines.String()) // at once: other processes append, too
	return errors.Join(err, file.Close())
}
