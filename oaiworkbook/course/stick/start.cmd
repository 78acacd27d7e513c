@echo off
rem Looks for a Python that this stick has packages for; start.py does the rest.
setlocal
set "HERE=%~dp0"
set "PYTHON="
call :try py -3.14
call :try py -3.13
call :try py -3.12
call :try py -3.11
call :try python
if not defined PYTHON goto missing
%PYTHON% "%HERE%start.py" %*
set "CODE=%errorlevel%"
if not "%CODE%"=="0" pause
exit /b %CODE%

:missing
echo There is no Python on this machine that this stick can use.
echo See README.txt on the stick, under "Python is missing".
pause
exit /b 1

:try
if defined PYTHON exit /b 0
%* "%HERE%start.py" --fits >nul 2>nul
if "%errorlevel%"=="0" set "PYTHON=%*"
exit /b 0
