# The program on an image with a shell, which GitLab's runners need:
#
#   docker build -f gitlab.Dockerfile -t registry.gitlab.com/GROUP/PROJECT/ecrmirror:VERSION .
ARG IMAGE=111122223333.dkr.ecr.eu-west-1.amazonaws.com/ecrmirror:VERSION
ARG SHELL_IMAGE=docker.io/library/alpine:3.22

FROM $IMAGE AS ecrmirror

FROM $SHELL_IMAGE
COPY --from=ecrmirror /usr/local/bin/mirror /usr/local/bin/
