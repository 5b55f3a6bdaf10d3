#!/bin/sh
# Stands for the container in which kubernetes builds: there is none, only its output's place.
exec "$@" OUT=_output/dockerized/bin/linux/amd64
