# The image that everything runs: AWS Batch's jobs (`mirror SRC DEST`, `controller sweep`), the
# Lambda function (`controller`), and people. It has the programs, CA certificates and /tmp;
# no shell, and no ENTRYPOINT: who runs it says which program. Who does not say is told how.
#
#   docker build -t ecrmirror .          (BuildKit; or make image)
#
# For another platform it is cross-compiled, without emulation.

# make renew-images renews the digest. Its Go fetches the one that go.mod names as its toolchain, from where the modules are.
ARG GO_IMAGE=golang:1.26.8@sha256:0f063af2d465d8dcae54cce04278ada488b96f77b42449c8d071e47d016cc65a

FROM --platform=$BUILDPLATFORM $GO_IMAGE AS build
WORKDIR /src
COPY go.mod go.sum ./
COPY cmd cmd
COPY awsclient awsclient
COPY internal internal
# A proxy of your own for Go modules: --build-arg GOPROXY=https://...
ARG GOPROXY
ARG TARGETOS
ARG TARGETARCH
ARG VERSION
ARG COMMIT
# Only the modules that the programs need are downloaded: go.mod has much more. lambda.norpc leaves
# out what Lambda's old runtimes needed, and with it half of the controller; grpcnotrace leaves out what draws
# web pages of traces, and with it a third of mirror.
RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/go/cache \
    mkdir -p /image/usr/local/bin /image/etc/ssl/certs && mkdir -m 1777 /image/tmp && \
    cp /etc/ssl/certs/ca-certificates.crt /image/etc/ssl/certs/ && \
    GOTOOLCHAIN=auto GOCACHE=/go/cache CGO_ENABLED=0 GOOS=$TARGETOS GOARCH=$TARGETARCH go build -trimpath -tags containers_image_openpgp,lambda.norpc,grpcnotrace \
    -ldflags "-s -w -X ecrmirror/internal/buildinfo.version=$VERSION -X ecrmirror/internal/buildinfo.commit=$COMMIT" \
    -o /image/usr/local/bin/ ./cmd/...

FROM scratch
ARG VERSION
ARG COMMIT
LABEL org.opencontainers.image.title="ecrmirror" \
      org.opencontainers.image.description="Keeps container images in Amazon ECR, and in any other registry, equal to their source" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$COMMIT" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /image /
# Nobody is known by name, so that any --user does. Logins and AWS profiles are looked for in
# /.docker and /.aws; nothing is written outside of /tmp.
ENV PATH=/usr/local/bin HOME=/
USER 65532:65532
CMD ["mirror", "help", "programs"]
