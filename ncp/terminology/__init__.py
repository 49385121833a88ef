"""The edge of terminology: releases fetched, built and named by an operator."""
