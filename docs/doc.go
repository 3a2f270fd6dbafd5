// Package docs holds tests only: links in the documents lead somewhere, lines fit, and the table of contents has all.
package docs
